;;; Drives Emacs as a person would, and writes what is seen to the file that SEEN names.

(package-initialize)
(load (getenv "SETUP"))
(require 'yaml-mode)
(setq eglot-sync-connect 30
      make-backup-files nil)
(add-to-list 'auto-mode-alist '("\\.yaml\\'" . yaml-mode))

(defun found ()
  "The lines and texts of what is found in the buffer."
  (mapcar (lambda (one)
            (format "%d %s"
                    (line-number-at-pos (flymake-diagnostic-beg one))
                    (flymake-diagnostic-text one)))
          (flymake-diagnostics)))

(defun wait (is)
  "Wait until IS says so, for a while."
  (let ((tries 0))
    (while (and (< tries 300) (not (funcall is)))
      (accept-process-output nil 0.1)
      (flymake-start)
      (setq tries (1+ tries)))))

(find-file "lanes.yaml")
(run-hooks 'post-command-hook)
(wait #'found)
(let ((opened (found)))
  (goto-char (point-min))
  (search-forward "src/")
  (let* ((actions (append (eglot-code-actions (point) (point) "quickfix") nil))
         (titles (mapcar (lambda (action) (plist-get action :title)) actions))
         (edit (plist-get (car actions) :edit)))
    (eglot--apply-workspace-edit edit)
    ;; In batch mode Emacs is never idle, when eglot would tell of the change by itself.
    (eglot--signal-textDocument/didChange)
    (wait (lambda () (not (found))))
    (save-buffer)
    (with-temp-file (getenv "SEEN")
      (insert (json-encode `((opened . ,(vconcat opened)) (offered . ,(vconcat titles))
                             (acted . ,(vconcat (found)))))))))
(kill-emacs)
