/**
 * Parses JSON and drops members named `__proto__`: copied by assignment, as TanStack Query copies data, they
 * would set a prototype.
 */
export function readJson(text: string): unknown {
  // The name may be written with escapes, all of which begin like this.
  if (!text.includes('__proto__') && !text.includes('\\u00')) return JSON.parse(text)
  return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
}
