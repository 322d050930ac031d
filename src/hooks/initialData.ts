/** Initial data, or a function that returns it. With it, `data` is never `undefined`. */
export interface InitialData<Data> {
  initialData: Exclude<Data, undefined> | (() => Exclude<Data, undefined>)
}
