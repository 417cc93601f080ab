/** What is said of sound and picture on their way. */
export const media = {
  connecting: 'Connecting …',
  listening: 'Listening',
  listeningOnly: 'Listening only',
  noConnection: 'No connection',
  notSent: 'Not sent',
  notSentYet: 'Not sent. Trying again …',
  tryNow: 'Try now',
  trouble: 'No way for sound and picture from this network',
  troubleServer: 'The media server is out of reach',
  whatToCheck: 'What to check',
  tryAgain: 'Try again',
  checkServer:
    'Your network may be well: the room server does not reach the server for sound and picture. It tries again by itself. If this lasts, tell the people that run it.',
  checkOtherNetwork: 'Try another network, such as that of your phone, or turn off a VPN.',
  checkFirewall: 'A firewall may block UDP. Ask the people that run your network to let it through.',
  checkNoRelay:
    'This server has no relay (TURN server) for networks that block UDP. The people that run it can add one.',
  checkRelayRefused:
    'The relay (TURN server) of this server refuses us. The people that run it should look at its secret and its clock.',
};
