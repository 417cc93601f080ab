import { createServer } from 'node:http';
import { WebhookReceiver } from 'livekit-server-sdk';

const { HOOK_KEY, HOOK_SECRET, PORT = '3000' } = process.env;
const verifier = new WebhookReceiver(HOOK_KEY, HOOK_SECRET);
/** Ids of events that were taken. A real one forgets those of yesterday. */
const taken = new Set();

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let event;
  try {
    // The bytes as they came: the signature is of these.
    event = await verifier.receive(Buffer.concat(chunks).toString(), request.headers.authorization);
  } catch {
    response.writeHead(401).end();
    return;
  }
  // First what is to be kept, then the answer: what is not answered with 2xx comes again.
  if (!taken.has(event.id)) {
    taken.add(event.id);
    console.log(event.event, event.room?.name ?? '', event.participant?.identity ?? '');
  }
  response.writeHead(204).end();
});
server.listen(Number(PORT), () => console.log(`listens at ${server.address().port}`));
