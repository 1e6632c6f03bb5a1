// The logo and the name. The name stands beside the logo, so the picture itself is decoration.
import { useBrand } from './brand.tsx'

export function BrandMark() {
  const { name, logo } = useBrand()
  return (
    <span className="flex min-w-0 items-center gap-2 font-semibold">
      <img
        src={logo ?? `${import.meta.env.BASE_URL}favicon.svg`}
        alt=""
        width={24}
        height={24}
        className="size-6 shrink-0 object-contain"
      />
      <span className="truncate" dir="auto">
        {name}
      </span>
    </span>
  )
}
