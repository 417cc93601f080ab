import { useEffect, useState } from 'preact/hooks';
import type { Call } from '../model/call.js';
import { keptRecordings, knownRecording, linkTo, type KeptFile, type KeptRecording } from '../model/kept-recordings.js';
import { Panel } from './panel.js';
import { useVoice } from './voice.js';

/** What was recorded in this room, to be downloaded by those who came with a token. For those who may record. */
export function RecordingsPanel({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const [kept, setKept] = useState<readonly KeptRecording[] | 'asked' | undefined>('asked');
  const { token } = call.options;
  const state = call.recorder.state.value;
  useEffect(() => {
    let isShown = true;
    void recordingsOf(call).then((found) => {
      if (isShown) setKept(found);
    });
    return () => {
      isShown = false;
    };
  }, [call, token, state]);
  const { recording } = words();
  return (
    <Panel call={call} name="recordings" title={recording.list} closeLabel={recording.closeList}>
      <div class="statistics" tabIndex={0} role="region" aria-label={recording.list}>
        {kept === undefined && <p class="empty">{recording.noList}</p>}
        {kept !== 'asked' && kept?.length === 0 && <p class="empty">{recording.none}</p>}
        {kept !== 'asked' && kept?.map((each) => <Kept key={each.id} call={call} kept={each} />)}
        {token === '' && <p class="empty">{recording.noToken}</p>}
      </div>
    </Panel>
  );
}

/** The server shows what it keeps to tokens alone. */
async function recordingsOf({ room, options: { token } }: Call): Promise<readonly KeptRecording[] | undefined> {
  if (token !== '') return keptRecordings(room.name, token);
  const known = await room.recordings.list().catch(() => undefined);
  return known?.map(knownRecording);
}

function Kept({ call, kept }: { readonly call: Call; readonly kept: KeptRecording }) {
  const { words, language } = useVoice();
  const { recording } = words();
  const when = kept.startedAt.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  const isOver = kept.state === 'ready' || kept.state === 'failed';
  return (
    <section class="connection">
      <h3>{kept.name === '' ? when : kept.name}</h3>
      <p class="person-note">
        {[kept.name !== '' && when, isOver ? timeOf(kept.durationMs) : recording.notOver].filter(Boolean).join(' · ')}
      </p>
      {isOver && (
        <ul>
          {kept.files.map((file) => (
            <li key={file.file}>
              <button type="button" class="tool" onClick={() => void download(call, kept, file)}>
                {recording.download(file.of === '' ? file.file : file.of, sizeOf(file.bytes))}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The browser saves it: the file is never in the page's memory. */
async function download(call: Call, { id }: KeptRecording, { file }: KeptFile): Promise<void> {
  const url = await linkTo(id, file, call.options.token);
  if (url === undefined) {
    call.toasts.show(call.voice.words().recording.noFile, 'problem');
    return;
  }
  const link = document.createElement('a');
  link.href = url;
  link.download = `${id}-${file}`;
  link.click();
}

/** As 1:02:03 or 2:03. */
function timeOf(ms: number | undefined): string {
  if (ms === undefined) return '';
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
