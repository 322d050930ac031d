import type { WorkerView } from './tabReport.ts'

type Heard =
  | { readonly kind: 'opened'; readonly isOwner: boolean }
  | { readonly kind: 'owner' | 'closed' }
  | { readonly kind: 'frames'; readonly frames: readonly unknown[] }

/** Listens to what the library hears from its worker, only to show it. */
export function createWorkerView() {
  let view: WorkerView = { role: null, messages: 0, batches: 0 }

  function hear(heard: Heard): void {
    if (heard.kind === 'opened') view = { ...view, role: heard.isOwner ? 'owner' : 'joined' }
    if (heard.kind === 'owner') view = { ...view, role: 'owner' }
    if (heard.kind === 'closed') view = { ...view, role: null }
    if (heard.kind === 'frames')
      view = { ...view, messages: view.messages + heard.frames.length, batches: view.batches + 1 }
  }

  return {
    read: () => view,
    watch<Worker extends SharedWorker>(worker: Worker): Worker {
      worker.port.addEventListener('message', ({ data }: MessageEvent<Heard>) => hear(data))
      return worker
    },
  }
}
