// The bar on top: the brand, the search, the mode of colours, and whose session this is.
import { Button } from '../ui/button.tsx'
import { ListIcon } from '@phosphor-icons/react'
import { MagnifyingGlassIcon } from '@phosphor-icons/react'
import { MoonIcon } from '@phosphor-icons/react'
import { SunIcon } from '@phosphor-icons/react'
import { UserCircleIcon } from '@phosphor-icons/react'
import { useState } from 'react'
import { Link } from 'wouter'
import { pathTo } from '../places.ts'
import { BrandMark } from '../session/brand-mark.tsx'
import { useMe } from '../session/me.ts'
import { Modal } from '../ui/modal.tsx'
import { Navigation } from './navigation.tsx'
import { useColorMode } from './color-mode.ts'

export function TopBar({ search }: { readonly search: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const [mode, toggleMode] = useColorMode()
  return (
    <header className="sticky top-0 z-10 flex items-center gap-2 border-b border-kumo-line bg-kumo-base px-3 py-2">
      <div className="lg:hidden">
        <Button
          shape="square"
          variant="ghost"
          icon={<ListIcon />}
          aria-label="Open the navigation"
          onClick={() => setOpen(true)}
        />
        <Modal title="Go to" isOpen={isOpen} close={() => setOpen(false)} size="base">
          <Navigation went={() => setOpen(false)} />
        </Modal>
      </div>
      <Link to="/" className="min-w-0 flex-1">
        <BrandMark />
      </Link>
      <Button
        variant="ghost"
        icon={<MagnifyingGlassIcon />}
        onClick={search}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <span className="sr-only sm:not-sr-only">Search</span>
        <kbd className="hidden rounded px-1 text-sm text-kumo-subtle ring ring-kumo-line sm:inline">
          Ctrl K
        </kbd>
      </Button>
      <Button
        shape="square"
        variant="ghost"
        icon={mode === 'dark' ? <SunIcon /> : <MoonIcon />}
        aria-label={mode === 'dark' ? 'Use light colours' : 'Use dark colours'}
        onClick={toggleMode}
      />
      <AccountLink />
    </header>
  )
}

function AccountLink() {
  const me = useMe()
  const who = me.name ?? me.email ?? (me.kind === 'admin_token' ? 'ADMIN_TOKEN' : me.id)
  return (
    <Link
      to={pathTo('account')}
      className="flex min-w-0 items-center gap-2 rounded-lg p-1.5 hover:bg-kumo-tint"
      aria-label={`Your account: ${who}`}
    >
      <UserCircleIcon size={20} aria-hidden="true" className="shrink-0" />
      <span className="hidden max-w-40 truncate md:inline" dir="auto">
        {who}
      </span>
    </Link>
  )
}
