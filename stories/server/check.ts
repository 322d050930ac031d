import { BadRequest } from './badRequest.ts'
import { isRecord } from './envelope.ts'

/** `value` as an object, or a BadRequest that names `what`. */
export function checkRecord(value: unknown, what: string): Record<string, unknown> {
  if (isRecord(value)) return value
  throw new BadRequest(`${what} must be a JSON object, not ${describe(value)}.`)
}

export function checkText(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new BadRequest(`${what} must be a non-empty string, not ${describe(value)}.`)
}

/** A finite number within `[min, max]`; `fallback` if `value` is missing. */
export function checkNumber(
  value: unknown,
  what: string,
  {
    min = 0,
    max = Number.MAX_SAFE_INTEGER,
    fallback,
  }: { min?: number; max?: number; fallback?: number } = {},
): number {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw new BadRequest(`${what} must be a number from ${min} to ${max}, not ${describe(value)}.`)
}

/** Like `checkNumber`, for a query parameter. */
export function checkQueryNumber(
  query: URLSearchParams,
  name: string,
  range: { min?: number; max?: number; fallback: number },
): number {
  const text = query.get(name)
  const value = text === null ? undefined : text === '' ? NaN : Number(text)
  return checkNumber(value, `The query parameter "${name}"`, range)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value
}
