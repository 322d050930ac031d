/** Data to start with, or a function that gives it: with it, `data` is never `undefined`. */
export interface InitialData<Data> {
  initialData: Exclude<Data, undefined> | (() => Exclude<Data, undefined>)
}
