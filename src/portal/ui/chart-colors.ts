// The colours of charts. A canvas knows no custom properties of CSS, so they are read, again whenever the mode changes.
import { useEffect, useState } from 'react'

export interface ChartColors {
  readonly text: string
  readonly grid: string
  readonly series: Readonly<Record<'good' | 'bad' | 'first' | 'second', string>>
}

const LIGHT: ChartColors = {
  text: '#4b5058',
  grid: '#e3e5e8',
  series: { good: '#047857', bad: '#b91c1c', first: '#1d4ed8', second: '#a16207' },
}

const DARK: ChartColors = {
  text: '#b3b8c0',
  grid: '#2b2f34',
  series: { good: '#34d399', bad: '#f87171', first: '#93b4ff', second: '#fbbf24' },
}

export function useColors(): ChartColors {
  const [isDark, setDark] = useState(readMode)
  useEffect(() => {
    const observer = new MutationObserver(() => setDark(readMode()))
    observer.observe(document.documentElement, { attributeFilter: ['data-mode'] })
    return () => observer.disconnect()
  }, [])
  return isDark ? DARK : LIGHT
}

function readMode(): boolean {
  return document.documentElement.dataset.mode === 'dark'
}
