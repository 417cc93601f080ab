import { h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CallElement } from '../element/call-element.js';
import { tagName } from '../element/register.js';
import type { Call } from '../model/call.js';

/** The call as the page shows it: it fills the window. */
export function CallFrame({ call }: { readonly call: Call }) {
  const element = useRef<CallElement>(null);
  useEffect(() => {
    document.title = `${call.room.name} · Atrium`;
    element.current?.present(call);
  }, [call]);
  return <main class="whole">{h(tagName, { ref: element, autofocus: true })}</main>;
}
