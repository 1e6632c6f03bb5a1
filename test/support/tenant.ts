// A customer of the gateway under test: an organization, a project, an upstream, and as many routes and keys as a test
// asks for, made through the admin API.
import type { GatewayUnderTest } from './gateway.ts'

export interface TenantKey {
  readonly id: string
  readonly secret: string
}

export interface Tenant {
  readonly organizationId: string
  addRoute(fields: Readonly<Record<string, unknown>>): Promise<void>
  addKey(fields?: Readonly<Record<string, unknown>>): Promise<TenantKey>
}

/** @param originUrl of the upstream that every route leads to */
export async function addTenant({ admin }: GatewayUnderTest, originUrl: string): Promise<Tenant> {
  const organization = await admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })
  const project = await admin<{ id: string }>('POST', '/projects', {
    organization_id: organization.id,
    name: 'Shop',
  })
  const upstream = await admin<{ id: string }>('POST', '/upstreams', {
    name: `origin of ${organization.id}`,
    url: originUrl,
  })
  return {
    organizationId: organization.id,
    async addRoute(fields) {
      await admin('POST', '/routes', { upstream_id: upstream.id, ...fields })
    },
    async addKey(fields = {}) {
      const { key, secret } = await admin<{ key: { id: string }; secret: string }>('POST', '/keys', {
        project_id: project.id,
        name: 'test',
        ...fields,
      })
      return { id: key.id, secret }
    },
  }
}
