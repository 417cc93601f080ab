import type { Words } from '../en/index.js';

export const permission: Words['permission'] = {
  title: 'La cámara y el micrófono están bloqueados',
  denied: {
    chromium:
      'Haz clic en el icono a la izquierda de la dirección, permite la cámara y el micrófono e inténtalo de nuevo.',
    firefox: 'Haz clic en la cámara tachada a la izquierda de la dirección, quita el bloqueo e inténtalo de nuevo.',
    safari:
      'Abre el menú junto a la dirección, elige los ajustes de este sitio web, permite la cámara y el micrófono e inténtalo de nuevo.',
  },
  dismissed: 'El navegador ha preguntado y no has respondido. Inténtalo de nuevo y permite ambos.',
  policy: 'El sitio web que contiene esta llamada no permite usarlos. Abre la llamada en su propia ventana.',
  insecure: 'Los navegadores solo los abren en páginas seguras. Usa una dirección que empiece por https.',
  again: 'Intentar de nuevo',
  listen: 'Sin ellos puedes escuchar y chatear.',
};
