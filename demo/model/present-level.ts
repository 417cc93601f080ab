/** How loud what comes over the connection is at this moment: 0 to 1, linear. Undefined where the browser does not tell at once. */
export function presentLevel(peer: RTCPeerConnection): number | undefined {
  const receiver = peer.getReceivers().find(({ track }) => track.kind === 'audio');
  return receiver?.getSynchronizationSources()[0]?.audioLevel;
}
