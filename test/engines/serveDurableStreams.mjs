import { DurableStreamTestServer } from '../protocols/node_modules/@durable-streams/server/dist/index.js'

// `node serveDurableStreams.mjs <port> [folder]`: the reference server. It keeps its streams in the folder, or in memory.
const [port, dataDir] = process.argv.slice(2)
const options = { port: Number(port), dataDir, longPollTimeout: 5_000, compression: false }
await new DurableStreamTestServer(options).start()
