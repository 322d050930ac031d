import type { StandardSchemaV1 } from '@standard-schema/spec'

type Validate = StandardSchemaV1['~standard']['validate']

/** A Standard Schema of one function. */
export const schemaOf = (validate: Validate): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'test', validate },
})

/** Takes everything as it is. */
export const anything = schemaOf(value => ({ value }))
/** Takes nothing. */
export const nothing = schemaOf(() => ({ issues: [{ message: 'no' }] }))
