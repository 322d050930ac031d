/**
 * A text that is equal for equal values: JSON with the keys of objects in order, as TanStack Query hashes its keys.
 * `undefined` members do not count.
 */
export function hashValue(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) => (isPlainObject(member) ? sortKeys(member) : member)) ??
    ''
  )
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  // Without a prototype, so that a key `__proto__` stays a key.
  const sorted = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(object).sort()) sorted[key] = object[key]
  return sorted
}

/** Whether a value is an object as JSON knows it. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
