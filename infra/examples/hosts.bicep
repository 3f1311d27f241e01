// GPU hosts that look after themselves: a scale set of spot machines with ComfyUI and the pack, in the network that main.bicep made
// (VIRTUAL_NETWORK and NAT_GATEWAY). Each registers itself when it starts and leaves the pool when Azure takes it away.
//   az deployment group create --resource-group <group> --template-file infra/examples/hosts.bicep --parameters …
targetScope = 'resourceGroup'

@description('What everything is named after.')
@minLength(2)
@maxLength(20)
param name string = 'comfyui'

@description('Where the machines are: where their subnet is.')
param location string = resourceGroup().location

@description('The subnet: output AZURE_HOSTS_SUBNET_ID.')
param subnetId string

@description('The app: output AZURE_FUNCTION_APP_HOST_NAME.')
param appHostName string

@description('The key vault with the secrets: output AZURE_KEY_VAULT_NAME.')
param vaultName string

@description('The secret that is a caller\'s key with the role host.')
param hostKeyName string = 'host-key'

@description('The secret that is a function key of the app.')
param functionKeyName string = 'function-key'

@description('A git repository with ComfyFunc\'s comfyui folder, which is the pack.')
param repository string

@description('Its revision: a tag or a commit.')
param revision string

@description('The revision of ComfyUI.')
param comfyUIRevision string = 'v0.3.64'

@description('The size of a machine: one GPU.')
param vmSize string = 'Standard_NC4as_T4_v3'

@description('How many machines. An autoscaler sets it to wantedHosts of GET /api/pool: docs/azure.md.')
@minValue(0)
@maxValue(100)
param instances int = 1

@description('Who may log in for repairs, through the network alone.')
param adminName string = 'comfy'

@description('The public key of that.')
param sshPublicKey string

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}'
  location: location
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName

  resource hostKey 'secrets' existing = { name: hostKeyName }
  resource functionKey 'secrets' existing = { name: functionKeyName }
}

// Key Vault Secrets User on these two secrets: what a machine reads when it starts. Neither is in the template.
resource readsHostKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::hostKey
  name: guid(vault::hostKey.id, identity.id, secretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource readsFunctionKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::functionKey
  name: guid(vault::functionKey.id, identity.id, secretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

var start = reduce(
  [
    { what: '@APP@', is: appHostName }
    { what: '@VAULT@', is: 'https://${vaultName}${environment().suffixes.keyvaultDns}' }
    { what: '@CLIENT_ID@', is: identity.properties.clientId }
    { what: '@HOST_KEY@', is: hostKeyName }
    { what: '@FUNCTION_KEY@', is: functionKeyName }
    { what: '@REPOSITORY@', is: repository }
    { what: '@REVISION@', is: revision }
    { what: '@COMFYUI@', is: comfyUIRevision }
  ],
  loadTextContent('hosts-cloud-init.yaml'),
  (text, one) => replace(text, one.what, one.is)
)

resource machines 'Microsoft.Compute/virtualMachineScaleSets@2026-04-01' = {
  name: 'vmss-${name}'
  location: location
  sku: { name: vmSize, capacity: instances }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    orchestrationMode: 'Flexible'
    platformFaultDomainCount: 1
    virtualMachineProfile: {
      priority: 'Spot'
      evictionPolicy: 'Delete'
      billingProfile: { maxPrice: -1 }
      scheduledEventsProfile: {
        terminateNotificationProfile: { enable: true, notBeforeTimeout: 'PT5M' }
      }
      securityProfile: {
        encryptionAtHost: true
        securityType: 'TrustedLaunch'
        // The GPU's driver is not signed for secure boot.
        uefiSettings: { secureBootEnabled: false, vTpmEnabled: true }
      }
      storageProfile: {
        imageReference: {
          publisher: 'Canonical'
          offer: 'ubuntu-24_04-lts'
          sku: 'server'
          version: 'latest'
        }
        osDisk: {
          createOption: 'FromImage'
          diskSizeGB: 128
          managedDisk: { storageAccountType: 'Premium_LRS' }
        }
      }
      osProfile: {
        computerNamePrefix: take(name, 9)
        adminUsername: adminName
        customData: base64(start)
        linuxConfiguration: {
          disablePasswordAuthentication: true
          ssh: {
            publicKeys: [
              { path: '/home/${adminName}/.ssh/authorized_keys', keyData: sshPublicKey }
            ]
          }
        }
      }
      networkProfile: {
        networkApiVersion: '2022-11-01'
        networkInterfaceConfigurations: [
          {
            name: 'nic'
            properties: {
              primary: true
              ipConfigurations: [
                {
                  name: 'ip'
                  properties: { subnet: { id: subnetId } }
                }
              ]
            }
          }
        ]
      }
      extensionProfile: {
        extensions: [
          {
            name: 'gpu-driver'
            properties: {
              publisher: 'Microsoft.HpcCompute'
              type: 'NvidiaGpuDriverLinux'
              typeHandlerVersion: '1.11'
              autoUpgradeMinorVersion: true
            }
          }
        ]
      }
    }
  }
  dependsOn: [readsHostKey, readsFunctionKey]
}

@description('The scale set, whose capacity an autoscaler sets.')
output AZURE_HOSTS_SCALE_SET_NAME string = machines.name
