export {
  graphqlTransportWs,
  type GraphqlResult,
  type GraphqlTransportWsOptions,
} from './graphqlTransportWs.ts'
export { jsonRpc, type JsonRpcCall, type JsonRpcFrame, type JsonRpcOptions } from './jsonRpc.ts'
export { phoenix, type PhoenixOptions, type PhoenixPush } from './phoenix.ts'
export { socketIo, type SocketIoOptions } from './socketIo.ts'
