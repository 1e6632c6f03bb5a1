// A link for one person, shown once: whoever has it comes in by it.
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { When } from './when.tsx'

interface LinkPanelProps {
  readonly url: string
  readonly expiresAt: string
  readonly whose: string
  readonly done: () => void
}

export function LinkPanel({ url, expiresAt, whose, done }: LinkPanelProps) {
  return (
    <div className="flex flex-col gap-4">
      <Banner
        variant="alert"
        title="Send this link yourself"
        description={
          <>
            Nothing is mailed. It lets <bdi>{whose}</bdi> in, once, and is not shown again. It expires{' '}
            <When at={expiresAt} />.
          </>
        }
      />
      <div className="flex flex-wrap gap-2">
        <CopyButton text={url} what="link" isLabelled />
        <Button onClick={done}>Close</Button>
      </div>
    </div>
  )
}
