const path = 'dist/index.js'
// The peers are not counted: an app has them already.
const ignore = ['react', 'react-dom', '@tanstack/react-query']

/** What one import costs an app: bundled, minified, gzip, peers not counted. */
const entry = (names, limit) => ({ name: names, import: names, limit, path, ignore, gzip: true })

export default [
  entry('{ usePolling }', '3.9 kB'),
  entry('{ useServerEvents, RealtimeProvider }', '17.2 kB'),
  entry('{ useSocket, RealtimeProvider }', '19.6 kB'),
  entry('*', '27.9 kB'),
]
