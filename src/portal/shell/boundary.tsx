// Keeps a page that fails from taking the rest with it. A deployment takes old files away: then loading anew helps.
import { Component, type ReactNode } from 'react'
import { Page } from '../ui/page.tsx'
import { Failure } from '../ui/states.tsx'

interface Props {
  readonly children: ReactNode
}

interface State {
  readonly error: Error | null
}

export class Boundary extends Component<Props, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(thrown: unknown): State {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <Page title="This page failed">
        <Failure error={error} retry={() => location.reload()} />
      </Page>
    )
  }
}
