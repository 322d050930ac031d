import type { HeartbeatPlan } from '../core/connectionPorts.ts'

/** Sends nothing: the connection counts as dead after this silence (ms). */
export function watchSilence(silence: number | undefined): HeartbeatPlan | undefined {
  return silence === undefined ? undefined : { interval: silence, timeout: 0 }
}

/** How long a healthy connection may be silent (ms). */
export function longestSilence({ interval, timeout, silence }: HeartbeatPlan): number {
  return silence ?? interval + timeout
}
