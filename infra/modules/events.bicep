// The Event Grid topic that is told of every run (docs/webhooks.md). It takes tokens, no keys.
import { tagValues } from 'types.bicep'

@description('What it is called.')
param name string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
  }
}
