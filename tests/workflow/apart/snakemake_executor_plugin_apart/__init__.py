"""Submissions as to a cluster, each done here before the next one; submitted.log names them."""

import subprocess
import sys

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.real import RealExecutor
from snakemake_interface_executor_plugins.jobs import JobExecutorInterface
from snakemake_interface_executor_plugins.settings import CommonSettings, ExecMode

common_settings = CommonSettings(
    non_local_exec=True,
    implies_no_shared_fs=False,
    job_deploy_sources=False,
    pass_default_storage_provider_args=True,
    pass_default_resources_args=True,
    pass_envvar_declarations_to_cmd=False,
    auto_deploy_default_storage_provider=False,
)


class Executor(RealExecutor):
    def run_job(self, job: JobExecutorInterface) -> None:
        asked = [job.resources.get(name) for name in ("_cores", "mem_mb", "runtime")]
        with open("submitted.log", "a", encoding="utf-8") as log:
            print(getattr(job, "groupid", job.name), *asked, file=log)
        info = SubmittedJobInfo(job)
        self.report_job_submission(info)
        done = subprocess.run(self.format_job_exec(job), shell=True)
        (self.report_job_error if done.returncode else self.report_job_success)(info)

    def cancel(self) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def get_python_executable(self) -> str:
        return sys.executable

    @property
    def cores(self) -> str:
        return "all"

    def get_exec_mode(self) -> ExecMode:
        return ExecMode.REMOTE
