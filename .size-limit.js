const path = 'dist/index.js'
// The peers are not counted: an app has them already.
const ignore = ['react', 'react-dom', '@tanstack/react-query']

/** What one import costs an app: bundled, minified, gzip, peers not counted. */
const entry = (names, limit) => ({ name: names, import: names, limit, path, ignore, gzip: true })

export default [
  entry('{ usePolling }', '5.9 kB'),
  entry('{ useServerEvents, RealtimeProvider }', '24.3 kB'),
  entry('{ useSocket, RealtimeProvider }', '26.9 kB'),
  entry('*', '37.4 kB'),
]
