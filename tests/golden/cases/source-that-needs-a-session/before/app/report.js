export const report = (client) => client.query(`SET search_path TO ${"report"}`)
