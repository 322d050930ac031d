/** Texts that may hold a member named `__proto__`, also written with escapes. */
const MAY_HOLD_PROTOTYPE = /__proto__|\\u00(5f|6f|7[024])/i

/** JSON without members named `__proto__`: copied by assignment, as TanStack Query copies data, they would set a prototype. */
export function readJson(text: string): unknown {
  if (!MAY_HOLD_PROTOTYPE.test(text)) return JSON.parse(text)
  return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
}
