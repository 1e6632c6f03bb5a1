// What surrounds every page: the way to the content, the navigation, the bar on top, and the page that the address names.
import { useEffect, useState } from 'react'
import { Route, Switch } from 'wouter'
import { BASE, PLACE_NAMES, PLACES } from '../places.ts'
import { useMe } from '../session/me.ts'
import { part } from '../ui/part.tsx'
import { Boundary } from './boundary.tsx'
import { Navigation } from './navigation.tsx'
import { NotHere } from './not-here.tsx'
import { OfflineBanner } from './offline-banner.tsx'
import { PAGES, preloadPage } from './pages.ts'
import { isShown } from './shown.ts'
import { useShortcuts } from './shortcuts.ts'
import { Toaster } from './toaster.tsx'
import { TopBar } from './top-bar.tsx'

const CommandMenu = part(() => import('./command-menu.tsx'), null)
/** Once the page is there, so that what somebody types behind its shortcut is not lost. */
const MENU_AFTER_MS = 1_000

// This file comes while it is still asked who is there: the page of the address needs not wait for the answer either.
preloadPage(location.pathname.slice(BASE.length) || '/')

export default function Shell() {
  const me = useMe()
  const [isSearching, setSearching] = useState(false)
  useShortcuts(() => setSearching(true))
  useEffect(() => {
    const timer = setTimeout(CommandMenu.preload, MENU_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#content" className="portal-skip">
        Skip to the content
      </a>
      <TopBar search={() => setSearching(true)} />
      <OfflineBanner />
      <div className="flex flex-1">
        <aside className="hidden w-60 shrink-0 border-r border-kumo-line bg-kumo-base p-3 lg:block">
          <Navigation />
        </aside>
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Switch>
            {PLACE_NAMES.map((name) => (
              <Route key={name} path={PLACES[name].path}>
                {({ id = '' }: { readonly id?: string }) => {
                  if (!isShown(name, me)) return <NotHere isForbidden />
                  const Page = PAGES[name]
                  return (
                    <Boundary key={`${name} ${id}`}>
                      <Page id={id} />
                    </Boundary>
                  )
                }}
              </Route>
            ))}
            <Route>
              <NotHere />
            </Route>
          </Switch>
        </main>
      </div>
      <Toaster />
      {isSearching && (
        <Boundary>
          <CommandMenu close={() => setSearching(false)} />
        </Boundary>
      )}
    </div>
  )
}
