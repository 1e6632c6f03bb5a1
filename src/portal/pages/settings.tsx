// The settings of the deployment.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../api/client.ts'
import { useCan } from '../session/me.ts'
import { Branding } from '../settings/branding.tsx'
import { General } from '../settings/general.tsx'
import { ImportedKeys } from '../settings/imported-keys.tsx'
import { SecretRotation } from '../settings/secret-rotation.tsx'
import { Facts } from '../ui/facts.tsx'
import { percent } from '../ui/figures.ts'
import { Page, Section } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'

export default function SettingsPage() {
  const can = useCan()
  const mayWrite = can('settings:write')
  const settings = useQuery({ queryKey: ['settings'], queryFn: () => bodyOf(v1.settings.$get()) })
  return (
    <Page
      title="Settings"
      description="Of this deployment. Variables of the Worker, such as the identity provider, are set with wrangler."
    >
      <Loaded of={settings} label="Loading settings">
        {(found) => (
          <>
            <Section title="Branding" description="What customers see of whose portal this is.">
              {mayWrite ? (
                <Branding key={JSON.stringify(found.portal)} portal={found.portal} />
              ) : (
                <Facts
                  facts={[
                    ['Name', found.portal.name ?? 'Latchkey'],
                    ['Accent', found.portal.accent ?? 'The default'],
                    ['Success rate that is aimed at', percent(found.portal.success_target)],
                  ]}
                />
              )}
            </Section>
            <Section title="Answers to consumers">
              {mayWrite ? (
                <General key={`${found.expiry_warning_days} ${found.rate_limit_fields}`} settings={found} />
              ) : (
                <Facts
                  facts={[
                    ["Warn of a key's end, days before", found.expiry_warning_days],
                    ['Header fields of limits', found.rate_limit_fields],
                  ]}
                />
              )}
            </Section>
            <Section title="Secrets" description="Shown by what names them. Rotating one stops nothing.">
              <div className="flex flex-col gap-4">
                <Facts
                  facts={[
                    ['Gateway', <code key="gateway">{found.gateway_id}</code>],
                    [
                      'Check secrets, newest first',
                      found.check_secrets.map(({ fingerprint }) => fingerprint).join(', '),
                    ],
                    ['Signing keys, newest first', found.signing_keys.map(({ kid }) => kid).join(', ')],
                  ]}
                />
                {mayWrite && (
                  <div className="flex flex-wrap gap-2">
                    <SecretRotation secret="check" current={found.check_secrets[0]?.fingerprint ?? ''} />
                    <SecretRotation secret="signing" current={found.signing_keys[0]?.kid ?? ''} />
                  </div>
                )}
              </div>
            </Section>
            <ImportedKeys
              formats={found.legacy_formats}
              verifiers={found.shadow_verifiers}
              mayWrite={mayWrite}
            />
          </>
        )}
      </Loaded>
    </Page>
  )
}
