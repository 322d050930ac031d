const path = 'dist/index.js'
// The peers are not counted: an app has them already.
const ignore = ['react', 'react-dom', '@tanstack/react-query']

/** What one import costs an app: bundled, minified, gzip, peers not counted. */
const entry = (names, limit) => ({ name: names, import: names, limit, path, ignore, gzip: true })

export default [
  entry('{ usePolling, RealtimeProvider }', '9.9 kB'),
  entry('{ useLongPoll, RealtimeProvider }', '23.7 kB'),
  entry('{ useServerEvents, RealtimeProvider }', '23.3 kB'),
  entry('{ useSocket, RealtimeProvider }', '27.0 kB'),
  entry('*', '35.8 kB'),
]
