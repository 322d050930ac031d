const path = 'dist/index.js'
const peers = ['react', 'react-dom', '@tanstack/react-query']
// The socket's engine is loaded when the first socket opens, so it is no part of what an app starts with.
const ignore = [...peers, 'reconnecting-websocket']

/** What one import costs an app: bundled, minified, gzip, peers not counted. */
const entry = (names, limit) => ({ name: names, import: names, limit, path, ignore, gzip: true })

export default [
  entry('{ usePolling }', '3.9 kB'),
  entry('{ useServerEvents, RealtimeProvider }', '17.2 kB'),
  entry('{ useSocket, RealtimeProvider }', '17.1 kB'),
  entry('*', '25.1 kB'),
]
