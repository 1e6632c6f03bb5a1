// What everything else is compared with: the least that a Worker in front of an origin can do.
interface Bindings {
  readonly ORIGIN: string
}

export default {
  fetch(request, env) {
    const { pathname, search } = new URL(request.url)
    return fetch(new URL(pathname + search, env.ORIGIN), request)
  },
} satisfies ExportedHandler<Bindings>
