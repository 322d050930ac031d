const path = 'dist/index.js'
// The peers are not counted: an app has them already.
const ignore = ['react', 'react-dom', '@tanstack/react-query']

/** What one import costs an app: bundled, minified, gzip, peers not counted. */
const entry = (names, limit) => ({ name: names, import: names, limit, path, ignore, gzip: true })

/** What a protocol costs on top. */
const protocol = (name, limit) => ({
  ...{ name, import: `{ ${name} }`, limit },
  ...{ path: 'dist/protocols/index.js', ignore, gzip: true },
})

export default [
  entry('{ usePolling, RealtimeProvider }', '10.0 kB'),
  entry('{ useLongPoll, RealtimeProvider }', '25.5 kB'),
  entry('{ useServerEvents, RealtimeProvider }', '25.6 kB'),
  entry('{ useSocket, RealtimeProvider }', '30.1 kB'),
  entry('*', '41.8 kB'),
  protocol('graphqlTransportWs', '0.5 kB'),
  protocol('jsonRpc', '0.5 kB'),
  protocol('phoenix', '0.5 kB'),
  protocol('socketIo', '0.9 kB'),
]
