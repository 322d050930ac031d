/** What React's production build reports about each commit, through the hook for its developer tools. */
export interface CommitCounter {
  commits: number
}

const counter: CommitCounter = { commits: 0 }
const hook = {
  renderers: new Map(),
  supportsFiber: true,
  inject: () => 1,
  onCommitFiberRoot: () => counter.commits++,
  onPostCommitFiberRoot: () => undefined,
  onCommitFiberUnmount: () => undefined,
}
Object.assign(globalThis, { __REACT_DEVTOOLS_GLOBAL_HOOK__: hook, commitCounter: counter })
