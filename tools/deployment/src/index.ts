export {
  createDeployment,
  type Deployment,
  type DeploymentOptions,
  type DeploymentPorts,
} from './create-deployment.ts'
export { DeploymentError } from './deployment-error.ts'
export { freePorts } from './free-ports.ts'
export { createToken, gatewayMain, runGatewayCommand } from './gateway-command.ts'
