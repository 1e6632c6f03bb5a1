// The frame of one page: its title (also of the document), what it is for, and what can be done on it.
import { useEffect, useRef, type ReactNode } from 'react'
import { Link } from 'wouter'
import { useBrand } from '../session/brand.tsx'

export interface Crumb {
  readonly title: string
  /** Within the router. */
  readonly to: string
}

interface PageProps {
  readonly title: string
  readonly description?: ReactNode
  readonly actions?: ReactNode
  readonly crumbs?: readonly Crumb[]
  readonly children: ReactNode
}

export function Page({ title, description, actions, crumbs = [], children }: PageProps) {
  const { name } = useBrand()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} - ${name}`
  }, [title, name])
  // A reader of the screen hears where the link has led; the ring is not shown, because nothing can be done with a heading.
  // With the next frame, which lays the page out anyway: the focus asks for a layout at once.
  useEffect(() => {
    const frame = requestAnimationFrame(() => heading.current?.focus({ preventScroll: true }))
    return () => cancelAnimationFrame(frame)
  }, [])
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-col gap-6 p-4 sm:p-6">
      <header className="flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0">
          {crumbs.length > 0 && (
            <nav aria-label="Breadcrumb" className="mb-1 text-sm text-kumo-subtle">
              <ol className="flex flex-wrap gap-1">
                {crumbs.map((crumb) => (
                  <li key={crumb.to} className="after:ml-1 after:content-['/']">
                    <Link to={crumb.to} className="underline" dir="auto">
                      {crumb.title}
                    </Link>
                  </li>
                ))}
              </ol>
            </nav>
          )}
          <h1
            ref={heading}
            tabIndex={-1}
            dir="auto"
            className="text-2xl font-semibold break-words outline-none"
          >
            {title}
          </h1>
          {description !== undefined && <p className="mt-1 max-w-prose text-kumo-subtle">{description}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

interface SectionProps {
  readonly title: string
  readonly description?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A part of a page under a heading of its own. */
export function Section({ title, description, actions, children }: SectionProps) {
  return (
    <section aria-label={title} className="rounded-xl bg-kumo-base ring ring-kumo-line">
      <header className="flex flex-wrap items-center justify-between gap-3 border-b border-kumo-line px-4 py-3">
        <div className="min-w-0">
          <h2 className="font-semibold" dir="auto">
            {title}
          </h2>
          {description !== undefined && <p className="text-sm text-kumo-subtle">{description}</p>}
        </div>
        {actions}
      </header>
      <div className="p-4">{children}</div>
    </section>
  )
}
