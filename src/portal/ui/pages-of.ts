// Lists of the API, which come in pages: all that were asked for so far, and how to ask for more.
import { useInfiniteQuery, keepPreviousData } from '@tanstack/react-query'

interface PageOf<T> {
  readonly data: readonly T[]
  readonly next_cursor: string | null
}

/** Rows of one page of a list: enough to fill a screen, few enough for one quick answer. */
export const PAGE_ROWS = 50

/**
 * @param key what is asked for, filters included: another key begins anew
 * @param ask for the page after a cursor; undefined: the first
 */
export function usePages<T>(
  key: readonly unknown[],
  ask: (cursor: string | undefined) => Promise<PageOf<T>>,
) {
  const asked = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  return {
    data: asked.data?.pages.flatMap((page) => page.data),
    error: asked.error,
    refetch: asked.refetch,
    /** Null: these are all. */
    more: asked.hasNextPage ? () => void asked.fetchNextPage() : null,
    isLoadingMore: asked.isFetchingNextPage,
    /** What is shown was asked for with other filters. */
    isStale: asked.isPlaceholderData,
  }
}
