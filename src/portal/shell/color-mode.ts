// Light or dark: what the system says, until somebody chooses. The choice is the one thing that is kept in this browser.
import { useEffect, useState } from 'react'

type Mode = 'light' | 'dark'

const KEPT_AS = 'latchkey-color-mode'

// Before anything is drawn: no page flashes in the other mode.
apply(read() ?? systemMode())

export function useColorMode(): readonly [Mode, () => void] {
  const [chosen, setChosen] = useState(read)
  const [system, setSystem] = useState<Mode>(systemMode)
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => setSystem(systemMode())
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])
  const mode = chosen ?? system
  useEffect(() => apply(mode), [mode])
  const toggle = () => {
    const next = mode === 'dark' ? 'light' : 'dark'
    setChosen(next)
    keep(next)
  }
  return [mode, toggle]
}

function apply(mode: Mode): void {
  document.documentElement.dataset.mode = mode
  document.documentElement.style.colorScheme = mode
}

function systemMode(): Mode {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

// A browser may forbid storage altogether: then the choice lasts as long as the page.
function read(): Mode | null {
  try {
    const kept = localStorage.getItem(KEPT_AS)
    return kept === 'light' || kept === 'dark' ? kept : null
  } catch {
    return null
  }
}

function keep(mode: Mode): void {
  try {
    localStorage.setItem(KEPT_AS, mode)
  } catch {
    // Nothing depends on it.
  }
}
