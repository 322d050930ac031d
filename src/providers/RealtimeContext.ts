'use client'
import { createContext } from 'react'
import { withAdvice } from '../core/advice.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { ClientCore } from './clientCore.ts'

export const RealtimeContext = createContext<ClientCore | null>(null)

/** Throws the error of a hook that has no provider above it. */
export function refuseMissingProvider(): never {
  throw new ConfigurationError(withAdvice('There is no <RealtimeProvider>.', 'provider'))
}
