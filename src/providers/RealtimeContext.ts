'use client'
import { createContext } from 'react'
import { withAdvice } from '../core/advice.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { RealtimeClient } from './realtimeClient.ts'

export const RealtimeContext = createContext<RealtimeClient | null>(null)

/** Throws the error of a hook that has no provider above it. */
export function refuseMissingProvider(): never {
  throw new ConfigurationError(withAdvice('There is no <RealtimeProvider>.', 'provider'))
}
