// Parts of the portal that are loaded by whoever needs them. Not React's `lazy`: what a Suspense boundary reveals is held back until 300 ms
// after the last one did (React's FALLBACK_THROTTLE_MS), and here one part follows the other on every page.
import { startTransition, useEffect, useReducer, useState, type ComponentType, type ReactNode } from 'react'

type Load<Props> = () => Promise<{ readonly default: ComponentType<Props> }>

export interface Part<Props> {
  (props: Props): ReactNode
  /** Begins to load it. What fails is tried again by the one that shows it. */
  readonly preload: () => void
}

/**
 * A component that stands in for one in a file of its own. Throws within render where it cannot be loaded: a boundary says so.
 * @param fallback shown until it is there
 */
export function part<Props extends object>(load: Load<Props>, fallback: ReactNode): Part<Props> {
  let Loaded: ComponentType<Props> | null = null
  let loading: Promise<void> | null = null

  async function loadOnce(): Promise<void> {
    try {
      Loaded = (await load()).default
    } finally {
      loading = null
    }
  }

  function Part(props: Props): ReactNode {
    const [failure, setFailure] = useState<Error | null>(null)
    const [, redraw] = useReducer((times: number) => times + 1, 0)
    const wasThere = Loaded !== null
    useEffect(() => {
      if (wasThere) return
      // It may have come since this was drawn: then there is nothing to wait for, and still the fallback to replace.
      const there = Loaded === null ? (loading ??= loadOnce()) : Promise.resolve()
      // In a transition: a page is much to draw, and drawn in pieces it holds nothing up.
      there.then(
        () => startTransition(redraw),
        (error: unknown) => setFailure(error instanceof Error ? error : new Error(String(error))),
      )
      // oxlint-disable-next-line react/exhaustive-deps -- of the first time that it is drawn
    }, [])
    if (failure !== null) throw failure
    return Loaded === null ? fallback : <Loaded {...props} />
  }

  function preload(): void {
    if (Loaded !== null) return
    loading ??= loadOnce()
    loading.catch(() => undefined)
  }

  return Object.assign(Part, { preload })
}
