// The entry of the Worker: wiring only.
export default {
  fetch(): Response {
    return new Response('Latchkey')
  },
} satisfies ExportedHandler<Env>
