import { Fragment, type ComponentType, type ReactElement, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { symbolOf, type Task } from '../protocol.ts'
import { startPage } from './startPage.ts'

/** A stream of messages. */
export interface Stream {
  url: string
  transport: Task['transport']
}

/** A stream of rows. */
export interface RowStream extends Stream {
  cap: number
  isResumable: boolean
}

/** The parts of a React contender. */
export interface Components {
  /** Wraps everything else. */
  Providers?: ComponentType<{ children: ReactNode }>
  /** Receives a stream of prices and renders nothing. */
  Feed: ComponentType<Stream>
  /** Shows the last price of a symbol. */
  Price: ComponentType<{ symbol: string }>
  /** Receives a stream of rows and shows the newest. */
  List: ComponentType<RowStream>
  /** Shows what it polls. */
  Poll?: ComponentType<{ url: string; interval: number }>
}

/** Turns this page into that of a component-based contender. */
export function startReactPage(components: Components): void {
  let root: ReturnType<typeof createRoot> | undefined
  startPage((container, task) => {
    const { Providers = Fragment } = components
    root ??= createRoot(container)
    const tree = <Providers>{renderTask(components, task)}</Providers>
    flushSync(() => root?.render(tree))
  })
}

function renderTask({ Feed, Price, List, Poll }: Components, task: Task): ReactNode {
  const { kind, urls, keys, interval } = task
  const indices = Array.from({ length: keys }, (_, index) => index)
  const [url = ''] = urls
  switch (kind) {
    case 'prices':
      return (
        <>
          {urls.map(each => (
            <Feed key={each} {...task} url={each} />
          ))}
          {inBlocks(indices.map(index => <Price key={index} symbol={symbolOf(index)} />))}
        </>
      )
    case 'rows':
      return <List {...task} url={url} />
    case 'users':
      return indices.map(index => <Feed key={index} {...task} url={url} />)
    case 'poll':
      return Poll && <Poll url={url} interval={interval} />
  }
}

/** Children per parent. React visits all children when one changes, so no app has thousands in one parent. */
const blockSize = 32

function Block({ children }: { children: ReactNode }) {
  return children
}

/** Groups elements into blocks, and blocks into further blocks, until few are left. */
function inBlocks(elements: readonly ReactElement[]): readonly ReactElement[] {
  if (elements.length <= blockSize) return elements
  const blocks: ReactElement[] = []
  for (let index = 0; index < elements.length; index += blockSize) {
    blocks.push(<Block key={index}>{elements.slice(index, index + blockSize)}</Block>)
  }
  return inBlocks(blocks)
}
