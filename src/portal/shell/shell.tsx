// What surrounds every page: the way to the content, the navigation, the bar on top, and the page that the address names.
import { lazy, Suspense, useState } from 'react'
import { Route, Switch } from 'wouter'
import { PLACE_NAMES, PLACES } from '../places.ts'
import { useMe } from '../session/me.ts'
import { Loading } from '../ui/states.tsx'
import { Boundary } from './boundary.tsx'
import { Navigation } from './navigation.tsx'
import { NotHere } from './not-here.tsx'
import { OfflineBanner } from './offline-banner.tsx'
import { PAGES } from './pages.ts'
import { isShown } from './shown.ts'
import { useShortcuts } from './shortcuts.ts'
import { Toaster } from './toaster.tsx'
import { TopBar } from './top-bar.tsx'

const CommandMenu = lazy(() => import('./command-menu.tsx'))

export default function Shell() {
  const me = useMe()
  const [isSearching, setSearching] = useState(false)
  useShortcuts(() => setSearching(true))
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
          <Suspense fallback={<Loading />}>
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
          </Suspense>
        </main>
      </div>
      <Toaster />
      {isSearching && (
        <Suspense fallback={null}>
          <CommandMenu close={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  )
}
