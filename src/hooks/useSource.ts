'use client'
import type { SkipToken } from '@tanstack/react-query'
import type { MessagesOption } from '../cache/messageTypes.ts'
import {
  type SourceConnectionOptions,
  sourceDefinition,
  type SourceOptions,
} from '../providers/sourceOptions.ts'
import { useConnection } from './useConnection.ts'
import { SENDS, type SocketResult } from './useSocket.ts'

/** The result of `useSource`. */
export type SourceResult<Schemas = object> = SocketResult<Schemas>

/**
 * A connection that the application opens itself, shared by all components with the same `id`. Its messages are written to the
 * query cache by `type`, as those of a socket are.
 *
 * ```tsx
 * function Light() {
 *   return <i>{useSource(ticks).status}</i>
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above.
 */
export function useSource<Schemas extends object, Responses extends object = object>(
  options: (SourceOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
): SourceResult<Schemas> {
  const given = options as SourceConnectionOptions | SkipToken
  return useConnection(sourceDefinition, given, { actions: SENDS }).result as SourceResult<Schemas>
}
