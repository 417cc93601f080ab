/** Every request of the published document, with its name on the wire. */
export const wireNames = {
  ADD_SESSION: 'AddSession',
  DECLARE_DATA_STREAM: 'DeclareDataStream',
  DELETE_SESSION: 'DeleteSession',
  DUMP_DATA: 'DumpData',
  GET_NTP_TIME: 'GetNTPTime',
  GET_ORCHESTRATOR_VERSION: 'GetOrchestratorVersion',
  GET_SESSIONS: 'GetSessions',
  GET_SESSION_INFO: 'GetSessionInfo',
  GET_USER_DATA: 'GetUserData',
  JOIN_SESSION: 'JoinSession',
  LEAVE_SESSION: 'LeaveSession',
  LOGIN: 'Login',
  LOGOUT: 'Logout',
  REGISTER_FOR_DATA_STREAM: 'RegisterForDataStream',
  REMOVE_DATA_STREAM: 'RemoveDataStream',
  SEND_DATA: 'SendData',
  SEND_MESSAGE: 'SendMessage',
  SEND_MESSAGE_TO_ALL: 'SendMessageToAll',
  SEND_SCENE_EVENT_TO_ALL: 'SendSceneEventToAllUsers',
  SEND_SCENE_EVENT_TO_MASTER: 'SendSceneEventToMaster',
  SEND_SCENE_EVENT_TO_USER: 'SendSceneEventToUser',
  TERMINATE_ORCHESTRATOR: 'TerminateOrchestrator',
  UNREGISTER_FROM_DATA_STREAM: 'UnregisterFromDataStream',
  UPDATE_USER_DATA: 'UpdateUserDataJson',
} as const;

export type DocumentName = keyof typeof wireNames;

export const documentNames = Object.keys(wireNames) as DocumentName[];

/** All events that the server sends, `SessionUpdated` by its `eventId`. */
export const notices = [
  ...['DataReceived', 'MessageSent', 'SceneEventToMaster', 'SceneEventToUser', 'SessionClosed'],
  ...['USER_DATA_UPDATED', 'USER_JOINED_SESSION', 'USER_LEFT_SESSION'],
];
