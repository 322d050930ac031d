import type { SkipToken } from '@tanstack/react-query'
import { socketDefinition, type SocketOptions, TRANSPORT } from './socketOptions.ts'
import type { SourceOptions } from './sourceOptions.ts'
import type { TransportDefinition } from './transportDefinition.ts'

/** A socket or a source. */
export type TwoWayOptions<Schemas = object> = SocketOptions<Schemas> | SourceOptions<Schemas>

/** Options of a source name their transport, so that an app without sources does not bundle it. */
export function definitionOf(options: TwoWayOptions | SkipToken): TransportDefinition {
  const { [TRANSPORT]: definition = socketDefinition } = options as { [TRANSPORT]?: TransportDefinition }
  return definition
}
