/** What the button of the invitation opens. */
export const invitation = {
  title: 'Invitation',
  local: 'Only this computer can open the address that you are using.',
  network:
    'Others in your network use the address below. On their first visit the browser may warn of the certificate.',
  addresses: 'Addresses',
  code: 'Code of the link, for the camera of a phone',
  copy: 'Copy link',
  share: 'Share …',
  remedies: {
    tls: 'To invite others, start the server with --tls self-signed.',
    host: 'To invite others, connect to a network and start the server without HOST.',
  },
};
