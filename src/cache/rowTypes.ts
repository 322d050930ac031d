import type { Updater } from './updater.ts'

/** The property that identifies rows. */
export type RowKey<Row> = [keyof Row] extends [never] ? string : keyof Row & string

/** The rows of some data: of a list, of the member `List` of an object, or of the pages of an infinite query. */
export type RowOf<Data, List = never> = unknown extends Data
  ? unknown
  : Data extends readonly (infer Row)[]
    ? Row
    : Data extends DataWithPages
      ? RowOfPage<Data['pages'][number], List>
      : RowOfPage<Data, List>

type RowOfPage<Page, List> = Page extends readonly (infer Row)[]
  ? Row
  : List extends keyof Page
    ? NonNullable<Page[List]> extends readonly (infer Row)[]
      ? Row
      : never
    : never

interface DataWithPages {
  pages: readonly unknown[]
  pageParams: readonly unknown[]
}

/** The members of some data, or of its pages, that hold rows. */
export type ListOf<Data> =
  IsUnknown<Data> extends true
    ? string
    : Data extends readonly unknown[]
      ? string
      : Data extends DataWithPages
        ? ListOfPage<Data['pages'][number]>
        : ListOfPage<Data>

type ListOfPage<Page> = Page extends readonly unknown[]
  ? never
  : {
      [Name in keyof Page]-?: NonNullable<Page[Name]> extends readonly unknown[] ? Name : never
    }[keyof Page] &
      string

/** Whether the type of the query's data is unknown. */
type IsUnknown<Data> = unknown extends Data ? true : [Data] extends [undefined] ? true : false

/** The row type of an updater: that of the data, if it is known. */
export type RowFor<Row, Data, List> = IsUnknown<Data> extends true ? Row : NoInfer<RowOf<Data, List>>

/** The updater of data whose type is known, or of any list. */
export type UpdaterFor<Row, Data, Given = unknown> =
  IsUnknown<Data> extends true ? Updater<Row[], readonly Given[]> : Updater<Data>

/** The property that identifies rows; there is none if `list` names no rows. */
export type RowKeyFor<Row, Data> = [Row, IsUnknown<Data>] extends [never, false]
  ? never
  : RowKey<NoInfer<Row>>

/** Where the rows are, and what identifies them. */
export interface RowOptions<Row, Data, List> {
  /** The property that identifies rows. */
  by: RowKeyFor<Row, Data>
  /** The member that holds the rows, if the data or a page is an object. Default: the data or page is the list. */
  list?: [List] extends [never] ? ListOf<Data> : List
}

/** Where new rows go, and how many are kept. */
export interface AddOptions {
  /** Where to add new rows. Default: `'end'`. */
  at?: 'start' | 'end'
  /**
   * The number of rows to keep, over all pages. Drops the rows furthest from where new ones are added. Default: keeps
   * all rows.
   */
  max?: number
}
