// /_latchkey/v1/members: who of an organization can log in, and as what.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { MEMBER_ROLES, MEMBER_STATES } from '../../model/vocabulary.ts'
import type { Refusal } from '../../problem.ts'
import type { Result } from '../../result.ts'
import { listMembers } from '../../store/member-list.ts'
import { findMember } from '../../store/members.ts'
import { EMPTY_PAGE } from '../../store/page.ts'
import { narrow } from '../../store/reach.ts'
import { answerFound } from '../change-answer.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { inviteMember, reinviteMember, type Invited } from '../invitations.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { linkUrl } from '../link-url.ts'
import { changeMember, memberRemoval, memberUpdate, type DecideMember } from '../member-changes.ts'
import { needs } from '../needs.ts'
import {
  answer,
  body,
  bodilessProblems,
  idParameter,
  pageOf,
  readProblems,
  writeProblems,
} from '../operation.ts'
import { etagOf, ifMatching } from '../precondition.ts'
import { refused } from '../refused.ts'
import { Invitation, Member, MemberPatch, NewMember, viewMember } from '../schemas/member.ts'

const PATH = '/_latchkey/v1/members'

const filters = z.strictObject({
  organization_id: field.id('organization').optional(),
  team_id: field.id('team').optional(),
  role: z.enum(MEMBER_ROLES).optional(),
  email: field.email.optional().openapi({ description: 'In whatever case it is written.' }),
  state: z.enum(MEMBER_STATES).optional().openapi({ description: 'Without it, all but the removed ones.' }),
  ...pageFields,
})

const PROBLEMS_OF_VERBS = bodilessProblems('not_found', 'conflict', 'precondition_failed', 'value_refused')

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Invite a member',
  ...needs('members:write', jsonBody),
  request: body(NewMember),
  responses: { 201: answer('Invited', Invitation), ...writeProblems('not_found', 'conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List members, newest first',
  ...needs('members:read'),
  request: { query: filters },
  responses: { 200: answer('A page', pageOf(Member)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a member',
  ...needs('members:read'),
  request: { params: idParameter },
  responses: { 200: answer('The member', Member), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change the role, the team or the name of a member. `null` clears',
  ...needs('members:write', jsonBody, someBody),
  request: { params: idParameter, ...body(MemberPatch) },
  responses: {
    200: answer('Changed', Member),
    ...writeProblems('not_found', 'conflict', 'precondition_failed'),
  },
})

const remove = createRoute({
  method: 'delete',
  path: `${PATH}/{id}`,
  summary: 'Remove a member. Its sessions end at once',
  ...needs('members:write'),
  request: { params: idParameter },
  responses: { 200: answer('Removed', Member), ...PROBLEMS_OF_VERBS },
})

const reinvite = createRoute({
  method: 'post',
  path: `${PATH}/{id}/reinvite`,
  summary: 'Make a new link for somebody who has not joined yet. The one before is worth nothing then',
  ...needs('members:write'),
  request: { params: idParameter },
  responses: { 201: answer('Invited', Invitation), ...PROBLEMS_OF_VERBS },
})

export type MembersEndpoints =
  typeof create | typeof list | typeof get | typeof update | typeof remove | typeof reinvite

export function mountMembers(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    return answerInvitation(c, await inviteMember(c.env, c.var.principal, c.req.valid('json')))
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { cursor, limit, organization_id: organizationId, team_id: teamId, ...rest } = c.req.valid('query')
    const filter = { ...rest, teamId }
    const identity = ['members', c.var.principal.reach, organizationId, filter]
    const page = await readPage(config.secret, identity, { cursor, limit })
    if (!page.ok) return refused(c, page.error)
    const reach = narrow(c.var.principal.reach, organizationId)
    const rows = reach === null ? EMPTY_PAGE : await listMembers(databases, reach, filter, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewMember), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findMember(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return answerFound(c, row, viewMember)
  })

  app.openapi(update, async (c) => {
    const { principal } = c.var
    return answerMember(c, memberUpdate(c.env, principal, c.req.valid('json')))
  })

  app.openapi(remove, async (c) => {
    const { principal } = c.var
    return answerMember(c, memberRemoval(c.env, principal))
  })

  app.openapi(reinvite, async (c) => {
    const { id } = c.req.valid('param')
    const invited = await reinviteMember(c.env, c.var.principal, id, c.req.header('if-match'))
    return answerInvitation(c, invited)
  })
}

type MemberContext = Context<
  ControlEnv,
  string,
  { in: { param: { id: string } }; out: { param: { id: string } } }
>

/** No part of the edge knows of members: a change of one is in force when it is stored. */
async function answerMember(c: MemberContext, decide: DecideMember) {
  const judged = ifMatching(c.req.header('if-match'), decide)
  const changed = await changeMember(c.env, c.var.principal, c.req.valid('param').id, judged)
  if (!changed.ok) return refused(c, changed.error)
  return c.json(viewMember(changed.value), 200, { ETag: etagOf(changed.value) })
}

function answerInvitation(c: Context<ControlEnv>, invited: Result<Invited, Refusal>) {
  if (!invited.ok) return refused(c, invited.error)
  return c.json(viewInvitation(c, invited.value), 201, { ETag: etagOf(invited.value.member) })
}

/** The token behind `#`, as in every one-time link (src/control/routes/portal-sessions.ts). */
function viewInvitation(c: Context<ControlEnv>, { member, expiresAt, token }: Invited) {
  return {
    member: viewMember(member),
    url: linkUrl(c.req.url, token),
    expires_at: field.showTime(expiresAt),
  }
}
