const path = 'dist/index.js'
// The peers are not counted: an app has them already.
const ignore = ['react', 'react-dom', '@tanstack/react-query']

/** What one import costs an app: bundled, minified, gzip, peers not counted. */
const entry = (names, limit) => ({ name: names, import: names, limit, path, ignore, gzip: true })

/** What an import of another entry costs on top. */
const part = folder => (name, limit) => ({
  ...{ name, import: `{ ${name} }`, limit },
  ...{ path: `dist/${folder}/index.js`, ignore, gzip: true },
})
const protocol = part('protocols')
const engine = part('engines')

export default [
  entry('{ usePolling, RealtimeProvider }', '10.7 kB'),
  entry('{ useLongPoll, RealtimeProvider }', '29.2 kB'),
  entry('{ useServerEvents, RealtimeProvider }', '29.3 kB'),
  entry('{ useSocket, RealtimeProvider }', '33.9 kB'),
  entry('*', '53.3 kB'),
  entry('{ useSocket, RealtimeProvider, shareConnections }', '36.9 kB'),
  protocol('graphqlTransportWs', '0.5 kB'),
  protocol('jsonRpc', '0.5 kB'),
  protocol('phoenix', '0.5 kB'),
  protocol('socketIo', '0.9 kB'),
  engine('durableStreams', '0.8 kB'),
  engine('mercure', '0.1 kB'),
  engine('nchan', '0.7 kB'),
  {
    ...{ name: 'the shared worker', path: 'dist/worker/index.js', limit: '6 kB', gzip: true },
  },
]
