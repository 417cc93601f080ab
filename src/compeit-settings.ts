import type { CompeitSettings } from '../dialects/compeit/gateway.js';
import type { Config } from './config.js';

export function compeitSettings(config: Config): CompeitSettings {
  return {
    socketIoPath: config.socketIoPath,
    allowedOrigins: config.allowedOrigins,
    tokenSecret: config.compeitTokenSecret,
    transport: {
      heartbeatIntervalMs: config.compeitHeartbeatIntervalMs,
      heartbeatTimeoutMs: config.compeitHeartbeatTimeoutMs,
      closeTimeoutMs: config.compeitCloseTimeoutMs,
      pollMs: config.compeitPollMs,
      handshakeMs: config.compeitHandshakeMs,
      maxPacketBytes: config.compeitMaxPacketBytes,
      maxQueuedPackets: config.compeitMaxQueuedPackets,
      maxQueuedBytes: config.compeitMaxQueuedBytes,
      maxSessionsPerAddress: config.compeitMaxSessionsPerAddress,
    },
    kurento: {
      earlyReceiveMs: config.compeitEarlyReceiveMs,
      mediaLostAfterMs: config.compeitMediaLostAfterMs,
      maxNegotiations: config.compeitMaxNegotiations,
      senderStoppedData: config.compeitSenderStoppedData,
    },
  };
}
