// Keys of the keyboard: Ctrl+K or / searches, `g` and a letter goes to a place. Not while somebody types.
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { PLACE_NAMES, PLACES, type Place } from '../places.ts'
import { useMe } from '../session/me.ts'
import { isShown } from './shown.ts'

/** The second key comes within this time. */
const CHORD_MS = 1_500

export function useShortcuts(search: () => void): void {
  const [, go] = useLocation()
  const me = useMe()
  useEffect(() => {
    let chordEnds = 0
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey } = event
      if (key.toLowerCase() === 'k' && (ctrlKey || metaKey)) {
        event.preventDefault()
        search()
        return
      }
      if (ctrlKey || metaKey || altKey || isTyping(event.target)) return
      if (key === '/') {
        event.preventDefault()
        search()
      } else if (key === 'g') chordEnds = event.timeStamp + CHORD_MS
      else if (event.timeStamp < chordEnds) {
        chordEnds = 0
        const place = PLACE_NAMES.find(
          (name) => (PLACES[name] as Place).shortcut === key && isShown(name, me),
        )
        if (place !== undefined) go(PLACES[place].path)
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [go, me, search])
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}
