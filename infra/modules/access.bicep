// Everything that the app's identity may do, and why. Nothing is granted anywhere else.

@description('The identity.')
param identityName string

@description('What roles are assigned to: the identity in the directory.')
param principalId string

@description('The storage account.')
param storageName string

@description('Application Insights.')
param applicationInsightsName string

@description('The key vault; empty where there is none.')
param vaultName string

@description('The Event Grid topic; empty where there is none.')
param topicName string

@description('The Durable Task Scheduler; empty where storage drives runs.')
param schedulerName string

@description('The task hub in it.')
param taskHubName string

var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var eventGridSender = 'd5a91429-5739-47e2-a06b-3470a27159e7'
var durableTaskDataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageName
}

// Storage Blob Data Owner: what the Functions host asks for on its account (leases, keys, packages). It includes what the product needs:
// to read, write and delete files, to make its container, and to ask for the delegation key that links are signed with.
resource onBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, blobDataOwner)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataOwner)
  }
}

// Storage Table Data Contributor: runs, hosts and all other rows of the product; the histories of Durable.
resource onTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, tableDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', tableDataContributor)
  }
}

// Storage Queue Data Contributor: Durable's queues. With a scheduler there are none.
resource onQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (empty(schedulerName)) {
  scope: storage
  name: guid(storage.id, identity.id, queueDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueDataContributor)
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

// Monitoring Metrics Publisher: sends traces, metrics and logs, which no key can.
resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identity.id, metricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = if (!empty(vaultName)) {
  name: vaultName
}

// Key Vault Secrets User: reads the secrets that settings refer to. It lists and changes none.
resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(vaultName)) {
  scope: vault
  name: guid(vault.id, identity.id, secretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = if (!empty(topicName)) {
  name: topicName
}

// EventGrid Data Sender: tells the topic of runs.
resource onTopic 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(topicName)) {
  scope: topic
  name: guid(topic.id, identity.id, eventGridSender)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventGridSender)
  }
}

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' existing = if (!empty(schedulerName)) {
  name: schedulerName

  resource hub 'taskHubs' existing = {
    name: taskHubName
  }
}

// Durable Task Data Contributor, on the one task hub: starts, signals, works off and purges orchestrations. A worker's role starts none.
resource onTaskHub 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(schedulerName)) {
  scope: scheduler::hub
  name: guid(scheduler::hub.id, identity.id, durableTaskDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', durableTaskDataContributor)
  }
}
