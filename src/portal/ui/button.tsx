// Buttons, and links that look like them. A button that works shows it, and is not pressed twice.
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Link } from 'wouter'
import { classes } from './classes.ts'
import { Loader } from './loader.tsx'

interface Look {
  readonly variant?: 'primary' | 'secondary' | 'ghost' | 'destructive' | 'secondary-destructive'
  readonly size?: 'sm' | 'base'
  readonly shape?: 'base' | 'square'
  readonly icon?: ReactNode
}

const VARIANTS = {
  primary: 'bg-(--portal-accent) text-(--portal-on-accent) hover:shadow-md',
  secondary: 'bg-kumo-base ring ring-kumo-line hover:bg-kumo-tint',
  ghost: 'hover:bg-kumo-tint',
  destructive: 'bg-[#b91c1c] text-white hover:bg-[#991b1b]',
  'secondary-destructive': 'bg-kumo-base text-(--portal-bad) ring ring-kumo-line hover:bg-kumo-tint',
} as const

type ButtonProps = Look & ButtonHTMLAttributes<HTMLButtonElement> & { readonly loading?: boolean }

export function Button(props: ButtonProps) {
  const {
    variant,
    size,
    shape,
    icon,
    loading = false,
    className,
    children,
    onClick,
    type = 'button',
    ...rest
  } = props
  const look = {
    ...(variant === undefined ? {} : { variant }),
    ...(size === undefined ? {} : { size }),
    ...(shape === undefined ? {} : { shape }),
  }
  return (
    <button
      {...rest}
      // oxlint-disable-next-line react/button-has-type -- one of the three, by its type
      type={type}
      // It keeps the focus while it works, which a disabled button does not.
      aria-disabled={loading || undefined}
      onClick={loading ? (event) => event.preventDefault() : onClick}
      className={classes(lookOf(look), className)}
    >
      {loading ? <Loader aria-hidden="true" /> : icon}
      {children}
    </button>
  )
}

interface LinkButtonProps extends Look {
  /** Within the router. */
  readonly to: string
  readonly children: ReactNode
  readonly onClick?: () => void
}

export function LinkButton({ to, children, icon, onClick, ...look }: LinkButtonProps) {
  return (
    <Link to={to} onClick={onClick} className={lookOf(look)}>
      {icon}
      {children}
    </Link>
  )
}

function lookOf({ variant = 'secondary', size = 'base', shape = 'base' }: Look): string {
  const box =
    size === 'sm'
      ? classes('h-7 rounded-md text-sm', shape === 'square' ? 'w-7' : 'px-2')
      : classes('h-9 rounded-lg', shape === 'square' ? 'w-9' : 'px-3')
  return classes(
    'inline-flex shrink-0 cursor-pointer items-center justify-center gap-1.5 font-medium whitespace-nowrap select-none',
    'disabled:cursor-not-allowed disabled:opacity-50',
    box,
    VARIANTS[variant],
  )
}
